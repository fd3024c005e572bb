"""Packs given to patients by their code, and goods used without codes (发药、消耗)."""
