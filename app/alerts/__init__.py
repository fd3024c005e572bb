"""What looks suspicious (疑似) and waits for a person: raised once, taken over, closed (告警)."""
