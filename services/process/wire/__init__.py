"""Between this service's values and protobuf messages; the only place that spells both."""
