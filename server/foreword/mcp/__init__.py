"""The MCP server: the index for other agents. Nothing is sent anywhere, so no key and no trust is needed."""
