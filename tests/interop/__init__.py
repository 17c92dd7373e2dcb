"""Our routers and real ones on one wire."""
