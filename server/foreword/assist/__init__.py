"""What Foreword does, joined from the lower layers; LSP and CLI are thin over it."""
