"""`foreword chat`: a conversation on a terminal, over the chats that every front door shares."""
