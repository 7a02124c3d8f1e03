//! Names that go elsewhere.

use tredici::{Connect, ConnectExt, Routes, Target};

use super::{Greeter, connector, heard};

#[tokio::test]
async fn names_go_to_sockets_and_to_other_connectors() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, other_path) = (folder.path().join("db"), folder.path().join("other"));
    let (db, other) = (Greeter::unix(&path, "db").await, Greeter::unix(&other_path, "other").await);
    let (web, inside) = (Greeter::tcp("web").await, Greeter::tcp("inside").await);
    let port = inside.port();
    let to_inside = connector().map_target(move |_| Ok(Target::tcp("127.0.0.1").port(port)));
    let routes = Routes::new().socket_path("db.internal", &path).expect("a name");
    let routed = connector().routed(routes.connector("*.internal", to_inside).expect("an ending"));
    let says = async |target: Target| heard(routed.connect(target).await.expect("a connection")).await;
    assert_eq!(says(Target::tcp("db.internal").port(5432)).await, "db");
    assert_eq!(says(Target::http("DB.Internal.")).await, "db");
    assert_eq!(says(Target::tcp("web.internal").port(1)).await, "inside");
    assert_eq!(says(web.target()).await, "web");
    assert_eq!(says(Target::unix(&other_path)).await, "other", "it has no name");
    let called = Target::tcp("db.internal").port(1).socket_path(&other_path);
    assert_eq!(says(called).await, "other", "the call's own path wins");
    drop((db, other));
}
