"""What is done now and then, tenant by tenant, and for no run."""
