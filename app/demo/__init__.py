"""The demo county (演示县): Zhenba's real facts, made-up stock around them, and their loading."""
