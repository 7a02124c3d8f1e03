//! Certificates made on the spot, scripted servers and faults for our own tests.
