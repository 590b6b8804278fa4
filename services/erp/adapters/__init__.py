"""One kind of ERP a module, and what joins them to the lanes."""
