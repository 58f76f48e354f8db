"""What `ChatCareerV2` is made of: messages as ChatML, tool calls, schemas, structured answers."""
