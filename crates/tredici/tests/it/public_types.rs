//! What is public can be sent to and shared between threads, and so can what is public be waited for.

use tredici::{compose::*, *};

fn shared<T: Send + Sync + 'static>() {}
fn sent<T: Send>(_: &T) {}

#[test]
fn every_public_type_is_send_and_sync() {
    shared::<AddressFamily>();
    shared::<Addresses>();
    shared::<AlpnProtocols>();
    shared::<Attempt>();
    shared::<AttemptError>();
    shared::<AuthorizationError>();
    shared::<CaStore>();
    shared::<DnsResultOrder>();
    shared::<CancellationToken>();
    shared::<CertificateDigests>();
    shared::<CertificateError>();
    shared::<CertificateNames<'static>>();
    shared::<Cipher>();
    shared::<ConnectDanger>();
    shared::<ConnectOptions>();
    shared::<Connector>();
    shared::<Destination>();
    shared::<Engine>();
    shared::<EphemeralKeyInfo>();
    shared::<Error>();
    shared::<ErrorKind>();
    shared::<FileWatch>();
    shared::<FixedLookup>();
    shared::<IdentityError>();
    shared::<IdentityRules>();
    shared::<Incoming>();
    shared::<InfoAccess>();
    shared::<ListenAddress>();
    shared::<ListenDanger>();
    shared::<ListenOptions>();
    shared::<Listener>();
    shared::<LookupError>();
    shared::<(LookupCache, CachedLookup, LookupStats)>();
    shared::<LookupHints>();
    shared::<LookupQuery>();
    shared::<MemorySessionStore>();
    shared::<Name>();
    shared::<Networks>();
    shared::<OptionKind>();
    shared::<OptionRow>();
    shared::<PeerCertificate>();
    shared::<Pem>();
    shared::<PemList>();
    shared::<Phase>();
    shared::<Pin>();
    shared::<PinError>();
    shared::<PinFailure>();
    shared::<Pins>();
    shared::<PrivateKey>();
    shared::<PrivateKeys>();
    shared::<Protocol>();
    shared::<ReadyState>();
    shared::<RemoteAddress>();
    shared::<Secret>();
    shared::<Session>();
    shared::<SessionKey>();
    shared::<SessionStats>();
    shared::<Sessions>();
    shared::<Side>();
    shared::<Socket>();
    shared::<SocketPath>();
    shared::<StoredSession>();
    shared::<SystemLookup>();
    shared::<TargetError>();
    shared::<Timings>();
    shared::<TlsVersion>();
    shared::<VerifyCode>();
    shared::<Box<dyn Lookup>>();
    shared::<(BoxConnector, Routes)>();
    shared::<AndThen<Connector, fn()>>();
    shared::<Checked<Connector, fn()>>();
    shared::<ConcurrencyLimit<Connector>>();
    shared::<MapTarget<Connector, fn()>>();
    shared::<Or<Connector, Connector>>();
    shared::<Routed<Connector>>();
    shared::<Timeout<Connector>>();
    shared::<Traced<Connector, fn()>>();
    shared::<Box<dyn Observer>>();
    #[cfg(feature = "hickory")]
    shared::<HickoryLookup>();
    #[cfg(feature = "hyper")]
    shared::<ConnectionInfo>();
    #[cfg(feature = "self-signed")]
    shared::<(Authority, AuthorityError)>();
    #[cfg(feature = "serde")]
    shared::<(ShortCertificate<'static>, SocketReport<'static>)>();
}

/// A target may hold a stream of the caller's, of which no more is asked than that it can be sent.
#[test]
fn a_target_can_be_sent() {
    fn sent<T: Send + 'static>() {}
    sent::<Target>();
    sent::<Box<dyn ByteStream>>();
    sent::<CheckFuture<'static>>();
    sent::<ConnectFuture<'static>>();
    sent::<Answers<'static>>();
}

#[tokio::test]
async fn what_is_waited_for_can_be_sent() {
    let connector = Connector::new(ConnectOptions::new()).expect("a connector");
    sent(&connector.connect("https://localhost"));
    sent(&connector.connect(Target::https("localhost")));
    sent(&Connect::connect(&connector, Target::https("localhost")));
    sent(&connect("https://localhost"));
    let composed = connector
        .clone()
        .check_async(|_| Box::pin(async { Ok(()) }))
        .checked(|_| Ok(()))
        .and_then(|socket: Socket| async { Ok(socket) })
        .map_target(Ok)
        .or(connector.clone())
        .routed(Routes::new())
        .timeout(std::time::Duration::ZERO)
        .concurrency_limit(1)
        .expect("a limit")
        .traced(|_| tracing::Span::none())
        .boxed();
    sent(&Connect::connect(&composed, Target::https("localhost")));
    sent(&composed.connect_to("https://localhost"));
    let address: ListenAddress = "127.0.0.1:0".parse().expect("an address");
    sent(&Listener::bind(address.clone(), ListenOptions::new()));
    let listener = Listener::bind(address, ListenOptions::new()).await.expect("a listener");
    sent(&listener.accept());
    let waits = |incoming: Incoming| sent(&incoming.secure());
    let lives = |mut socket: Socket| {
        sent(&socket.wait_for_sessions(std::time::Duration::ZERO));
        sent(&socket.close());
    };
    let _compiled: (&dyn Fn(Incoming), &dyn Fn(Socket)) = (&waits, &lives);
}
