"""The wire: RunPod serverless jobs over HTTP. Knows nothing of careers or LangChain."""
