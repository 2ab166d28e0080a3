"""How the work goes: deals, workload, throughput, and how far readers agree."""
