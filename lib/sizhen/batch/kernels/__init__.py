"""Fresh kernels without their start: each is forked from a server that has imported what notebooks need.

Where that cannot be (no Linux, no server) kernels start in the ordinary way, with the same results.
"""
