use serde_json::json;

use super::{Cases, OK, RANGE, TYPE, UNDICI, VALUE, VERSION};

pub(super) fn cases() -> Cases {
    let buffer = json!({"type": "Buffer", "data": [2, 104, 50]});
    let texts = "x".repeat(256);
    vec![
        (
            "ALPNProtocols",
            vec![
                (json!(["h2", "http/1.1"]), OK),
                (json!([]), OK),
                (json!([{"base64": "aDI="}]), OK),
                (buffer, OK),
                (json!({"type": "Buffer", "data": []}), OK),
                (json!([""]), VALUE),
                (json!([texts]), RANGE),
                (json!(vec!["x".repeat(255); 257]), RANGE),
                (json!({"type": "Buffer", "data": [0]}), VALUE),
                (json!({"type": "Buffer", "data": [3, 104, 50]}), VALUE),
                (json!("h2"), TYPE),
                (json!(["h2", 5]), TYPE),
                (json!([{"file": "x"}]), TYPE),
                (json!({}), TYPE),
            ],
        ),
        ("allowH2", vec![(json!(false), OK), (json!("x"), UNDICI), (json!(1), UNDICI)]),
        ("preferH2", vec![(json!(true), OK), (json!("x"), UNDICI)]),
        ("useH2c", vec![(json!(true), OK), (json!(0), UNDICI)]),
        (
            "minVersion",
            vec![
                (json!("TLSv1"), OK),
                (json!("TLSv1.3"), OK),
                (json!("TLSv1.4"), VERSION),
                (json!("tlsv1.3"), VERSION),
                (json!(""), VERSION),
                (json!(5), VERSION),
            ],
        ),
        ("maxVersion", vec![(json!("TLSv1.2"), OK), (json!("x"), VERSION), (json!(["TLSv1.2"]), VERSION)]),
        ("ciphers", vec![(json!("DEFAULT"), OK), (json!(""), OK), (json!(5), TYPE), (json!("A\0"), VALUE)]),
        (
            "engine",
            vec![(json!("openssl"), OK), (json!("rustls"), OK), (json!("x"), VALUE), (json!(5), TYPE)],
        ),
    ]
}
