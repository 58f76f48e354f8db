# The handler as a RunPod worker, with the model in the same container: docs/deploy.md.
ARG VLLM_VERSION=v0.27.1
FROM vllm/vllm-openai:${VLLM_VERSION}

WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY langchain_careerv2 ./langchain_careerv2
RUN python3 -m pip install --no-cache-dir ".[worker]"

# The base image's own would start vLLM alone.
ENTRYPOINT []
CMD ["python3", "-u", "-m", "langchain_careerv2.serving.worker"]
