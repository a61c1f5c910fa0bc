"""The vector index on a Milvus server: what one process adds, all find."""
