use serde_json::json;

use super::{Cases, OK, RANGE, TYPE, UNDICI, VALUE};

pub(super) fn cases() -> Cases {
    vec![
        ("noDelay", vec![(json!(false), OK), (json!("false"), TYPE), (json!(0), TYPE)]),
        ("keepAlive", vec![(json!(true), OK), (json!(1), TYPE)]),
        (
            "keepAliveInitialDelay",
            vec![
                (json!(1000), OK),
                (json!(-1), OK),
                (json!("x"), TYPE),
                (json!(1e300), RANGE),
                (json!(32_768_000), RANGE),
            ],
        ),
        (
            "keepAliveInterval",
            vec![(json!(1000), OK), (json!(999), RANGE), (json!(32_768_000), RANGE), (json!("1"), TYPE)],
        ),
        (
            "keepAliveCount",
            vec![
                (json!(1), OK),
                (json!(127), OK),
                (json!(0), RANGE),
                (json!(128), RANGE),
                (json!("1"), TYPE),
            ],
        ),
        (
            "typeOfService",
            vec![
                (json!(0), OK),
                (json!(255), OK),
                (json!(256), RANGE),
                (json!(-1), RANGE),
                (json!(1.5), RANGE),
                (json!("x"), TYPE),
            ],
        ),
        (
            "tcpUserTimeout",
            vec![(json!(1), OK), (json!(0), RANGE), (json!(2147483648_u64), RANGE), (json!("1"), TYPE)],
        ),
        (
            "bindDevice",
            vec![
                (json!("lo"), OK),
                (json!(""), OK),
                (json!("a-name-too-long."), VALUE),
                (json!("l\0"), VALUE),
                (json!(1), TYPE),
            ],
        ),
        (
            "mark",
            vec![
                (json!(0), OK),
                (json!(4294967295_u32), OK),
                (json!(-1), RANGE),
                (json!(4294967296_u64), RANGE),
                (json!("1"), TYPE),
            ],
        ),
        ("fastOpen", vec![(json!(true), OK), (json!(1), TYPE)]),
        ("multipathTcp", vec![(json!(true), OK), (json!("true"), TYPE)]),
        (
            "sendBufferSize",
            vec![
                (json!(1), OK),
                (json!(65536), OK),
                (json!(0), RANGE),
                (json!(2147483648_u64), RANGE),
                (json!("1"), TYPE),
            ],
        ),
        ("receiveBufferSize", vec![(json!(65536), OK), (json!(0.5), RANGE), (json!(true), TYPE)]),
        ("configureSocket", vec![(json!("x"), UNDICI)]),
    ]
}
