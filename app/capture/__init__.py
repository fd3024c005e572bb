"""What devices did without the server, taken in later: each act once, in its order (离线采集)."""
