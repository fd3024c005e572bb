"""Shared machines: what they are, when they are open, who may run them (设备共享中心)."""
