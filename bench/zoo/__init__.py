"""Tiny trained pipelines that stand in for the hub's big ones where no GPU and no download is at hand."""
