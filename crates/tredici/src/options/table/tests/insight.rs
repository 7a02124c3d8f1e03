use serde_json::json;

use super::{Cases, OK, TYPE, UNDICI, VALUE};

pub(super) fn cases() -> Cases {
    vec![
        ("observer", vec![(json!("x"), UNDICI)]),
        (
            "keylogFile",
            vec![
                (json!("f"), OK),
                (json!({"file": "f"}), OK),
                (json!(""), OK),
                (json!("a\0"), VALUE),
                (json!(5), TYPE),
                (json!({"file": 5}), TYPE),
                (json!({"pem": "f"}), TYPE),
            ],
        ),
        ("keylog", vec![(json!("x"), UNDICI)]),
        ("clock", vec![(json!(0), UNDICI)]),
    ]
}
