"""A preview turned into a report that a reviewer reads; knows neither Pulumi's SDK nor Docker."""
