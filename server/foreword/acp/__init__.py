"""The ACP agent: chats, edits, receipts and consent for editors that speak the Agent Client Protocol."""
