"""PromQL for tests: as much of it as our rules use, evaluated over series that a case writes."""
