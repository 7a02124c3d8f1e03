use serde_json::json;

use super::{Cases, OK, TYPE, UNDICI, VALUE};

pub(super) fn cases() -> Cases {
    let session = json!({"base64": "MAA="});
    vec![
        (
            "maxCachedSessions",
            vec![
                (json!(0), OK),
                (json!(50), OK),
                (json!(2.0), OK),
                (json!(-1), UNDICI),
                (json!(1.5), UNDICI),
                (json!("x"), UNDICI),
                (json!("50"), UNDICI),
            ],
        ),
        (
            "session",
            vec![
                (session.clone(), OK),
                (json!([session, session]), OK),
                (json!("0\0"), OK),
                (json!(""), OK),
                (json!({"file": "s"}), OK),
                (json!({"sessions": [{"session": "MAA="}]}), OK),
                (json!("garbage"), VALUE),
                (json!({"base64": "AAAA"}), VALUE),
                (json!({"sessions": [{"session": "AAAA"}]}), VALUE),
                (json!({"sessions": [{}]}), "ERR_MISSING_ARGS"),
                (json!({"sessions": 5}), TYPE),
                (json!({}), TYPE),
                (json!(5), TYPE),
            ],
        ),
        ("sessionStore", vec![(json!({}), UNDICI), (json!("x"), UNDICI)]),
        (
            "coalesceSessions",
            vec![(json!(0), OK), (json!(250), OK), (json!(-1), UNDICI), (json!(true), UNDICI)],
        ),
        ("rememberVerdicts", vec![(json!(false), OK), (json!("false"), TYPE), (json!(0), TYPE)]),
    ]
}
