"""What the operations know of the stacks of this project: which outputs and resources they look at afterwards.

A pair that has none of them is operated all the same; what could therefore not be looked at is said.
"""

WRITER_NAME, READER_NAME, ZONE = "WriterName", "ReaderName", "PrivateZoneId"
READER_CHECK = "ReaderHealthCheckId"
PROBE, PROBE_IS_ON = "ProbeFunction", "ProbeEnabled"
