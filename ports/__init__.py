"""The seams: time, identifiers, disk, keyring, process and threads, each a protocol beside its real implementation.

Nothing else in the product may ask the machine for these, so that a whole ward can run under simulation from one seed.
"""
