"""Between records and protobuf messages; the only package that spells both."""
