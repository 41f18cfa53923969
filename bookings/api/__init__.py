"""What programs can ask of Holdfast over HTTP and JSON: the same rules as the pages, in other words."""
