"""What show commands print: pure renderers of views, one module a feature."""
