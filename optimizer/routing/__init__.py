"""Delivery routing (统仓共配路径): ``Problem`` in, ``Plan`` out, ``check`` to prove the plan."""
