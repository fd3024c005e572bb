from importlib.resources.abc import Traversable

FONT_PATH: Traversable
