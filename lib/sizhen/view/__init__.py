"""Frames to pictures, tables and cards. `use` sets the language once; everything else reads it."""

from sizhen.view.labels import use

__all__ = ["use"]
