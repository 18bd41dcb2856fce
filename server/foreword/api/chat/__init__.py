"""Conversations as front doors hold them: chats, their turns as events, and the delivery of what they propose."""
