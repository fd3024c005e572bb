"""What the insurance's and the trace platforms must be told of goods with codes (追溯码上传)."""
