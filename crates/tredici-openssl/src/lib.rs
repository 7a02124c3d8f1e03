//! Safe wrappers of the OpenSSL calls that tredici needs and the `openssl` crate does not wrap.
