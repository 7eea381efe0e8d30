"""Exit 0 when Airflow's API server reports the named part as healthy: `is_healthy.py scheduler`.

The parts write heartbeats into Airflow's database, and the API server reads them. Asking it takes
milliseconds, where `airflow jobs check` would start all of Airflow for every look.
"""

import json
import sys
from urllib.request import urlopen

API = "http://api-server:8080/api/v2/monitor/health"

with urlopen(API, timeout=5) as answer:
    part = json.load(answer)[sys.argv[1]]
sys.exit(part["status"] != "healthy")
