"""WMS: stock by location and status, as a fold of movements that are only ever added."""
