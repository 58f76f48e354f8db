"""Checked, typed career and HR answers from a ChatML model on RunPod, as LangChain runnables."""

__version__ = "0.1.0"
