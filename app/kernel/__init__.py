"""The shared kernel: values, errors, tables and services that know neither Flask nor a domain."""
