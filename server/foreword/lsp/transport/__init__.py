"""Byte streams: framing, standard input and output, sockets."""
