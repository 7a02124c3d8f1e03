use serde_json::json;

use super::{Cases, OK, PIN, TYPE, UNDICI, VALUE};

pub(super) fn cases() -> Cases {
    let buffer = json!({"type": "Buffer", "data": [2, 104, 50]});
    let texts = "x".repeat(256);
    vec![
        (
            "ca",
            vec![
                (json!("PEM"), OK),
                (json!(["PEM", {"file": "a"}]), OK),
                (buffer.clone(), OK),
                (json!(""), OK),
                (json!([]), VALUE),
                (json!(5), TYPE),
                (json!(false), TYPE),
                (json!(["PEM", 5]), TYPE),
            ],
        ),
        ("extraCa", vec![(json!({"base64": "AAAA"}), OK), (json!({"base64": "!"}), VALUE), (json!(5), TYPE)]),
        (
            "caStore",
            vec![(json!("system"), OK), (json!("bundled"), OK), (json!("x"), VALUE), (json!(5), TYPE)],
        ),
        (
            "rejectUnauthorized",
            vec![
                (json!(false), OK),
                (json!(true), OK),
                (json!("false"), TYPE),
                (json!(0), TYPE),
                (json!(1), TYPE),
            ],
        ),
        (
            "crl",
            vec![
                (json!("PEM"), OK),
                (json!(["PEM", {"file": "a"}]), OK),
                (json!(""), OK),
                (json!([]), VALUE),
                (json!(5), TYPE),
                (json!(["PEM", false]), TYPE),
            ],
        ),
        (
            "pins",
            vec![
                (json!([PIN]), OK),
                (
                    json!([
                        PIN,
                        format!("cert-sha256:{}", "0a".repeat(32)),
                        format!("ca-sha256:{}", ["0A"; 32].join(":"))
                    ]),
                    OK,
                ),
                (json!([]), VALUE),
                (json!([""]), VALUE),
                (json!([PIN, "sha256/none"]), VALUE),
                (json!(PIN), OK),
                (json!("sha256/none"), VALUE),
                (json!(""), VALUE),
                (json!([5]), TYPE),
                (json!({"pins": [PIN]}), TYPE),
                (json!(false), TYPE),
            ],
        ),
        (
            "pinsReportOnly",
            vec![(json!(true), OK), (json!(false), OK), (json!("true"), TYPE), (json!(1), TYPE)],
        ),
        ("requestCert", vec![(json!(true), OK), (json!("true"), TYPE), (json!(1), TYPE)]),
        (
            "servername",
            vec![
                (json!("localhost"), OK),
                (json!(""), OK),
                (json!("127.0.0.1"), VALUE),
                (json!("::1"), VALUE),
                (json!("a b"), VALUE),
                (json!(texts), VALUE),
                (json!(5), TYPE),
            ],
        ),
        ("checkServerIdentity", vec![(json!("x"), UNDICI), (json!({}), UNDICI)]),
        ("cert", vec![(json!("PEM"), OK), (json!(["A", "B"]), OK), (json!(5), TYPE), (json!([]), VALUE)]),
        (
            "key",
            vec![
                (json!("PEM"), OK),
                (json!({"pem": "A", "passphrase": "s"}), OK),
                (json!([{"pem": {"file": "k"}, "passphrase": null}, "B"]), OK),
                (json!({"pem": 5}), TYPE),
                (json!({"pem": "A", "passphrase": 5}), TYPE),
                (json!({"pem": "A", "password": "s"}), VALUE),
                (json!({"passphrase": "s"}), TYPE),
                (json!([]), VALUE),
                (json!(5), TYPE),
            ],
        ),
        (
            "passphrase",
            vec![(json!("s"), OK), (json!(""), OK), (json!(5), TYPE), (json!({"file": "x"}), TYPE)],
        ),
    ]
}
