"""Keeping it: run folders, checkpoints and manifests."""
