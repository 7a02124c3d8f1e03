//! Tells the code which OpenSSL it is compiled against.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(ossl320)");
    let version = std::env::var("DEP_OPENSSL_VERSION_NUMBER").ok();
    let version = version.and_then(|hex| u64::from_str_radix(&hex, 16).ok()).unwrap_or(0);
    if version >= 0x3020_0000 {
        println!("cargo::rustc-cfg=ossl320");
    }
}
