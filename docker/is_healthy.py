"""Exit 0 if Airflow's API server reports a component as healthy: `is_healthy.py scheduler`.

The components write heartbeats into Airflow's database, and the API server reads them. A request
takes milliseconds; `airflow jobs check` would load all of Airflow for every check.
"""

import json
import sys
from urllib.request import urlopen

API = "http://api-server:8080/api/v2/monitor/health"

with urlopen(API, timeout=5) as response:
    component = json.load(response)[sys.argv[1]]
sys.exit(component["status"] != "healthy")
