"""The model servers that the gateway can stand in front of, behind one small protocol."""
