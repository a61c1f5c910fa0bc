"""A full rebuild of the models as a job."""
