//! A connection whose input and output are lent to it for each call.

use std::{
    ffi::{c_char, c_int, c_long, c_void},
    ptr::{self, NonNull},
    slice,
    sync::OnceLock,
};

use foreign_types::ForeignTypeRef;
use openssl::{
    error::ErrorStack,
    ssl::{Ssl, SslRef},
};
use openssl_sys as ffi;

use crate::clear_errors;

unsafe extern "C" {
    fn BIO_meth_set_read_ex(
        method: *mut ffi::BIO_METHOD,
        read: Option<unsafe extern "C" fn(*mut ffi::BIO, *mut c_char, usize, *mut usize) -> c_int>,
    ) -> c_int;
    fn BIO_meth_set_write_ex(
        method: *mut ffi::BIO_METHOD,
        write: Option<unsafe extern "C" fn(*mut ffi::BIO, *const c_char, usize, *mut usize) -> c_int>,
    ) -> c_int;
    fn BIO_meth_set_ctrl(
        method: *mut ffi::BIO_METHOD,
        ctrl: Option<unsafe extern "C" fn(*mut ffi::BIO, c_int, c_long, *mut c_void) -> c_long>,
    ) -> c_int;
}

/// What came and what is to be sent, in memory. A panic in one of the methods ends the process.
pub trait Wire {
    /// What has come and was not taken yet.
    fn incoming(&self) -> &[u8];

    /// Removes so many bytes, which are there, from the front of what has come.
    fn taken(&mut self, count: usize);

    /// Adds to what is to be sent.
    fn put(&mut self, bytes: &[u8]);
}

/// An `SSL` that has a [`Wire`] for the length of a call, and none while it rests: unlike an
/// [`SslStream`](openssl::ssl::SslStream) it keeps no stream, no `BIO_METHOD` of its own, and no buffer.
///
/// Each call clears the thread's queue of errors first, by which OpenSSL judges it.
pub struct LentSsl(Ssl);

/// Why a call did not do all of its work.
#[derive(Debug)]
pub enum Stop {
    /// More has to come from the peer.
    WantRead,
    /// The peer said goodbye.
    Closed,
    /// The connection is at its end; OpenSSL's reasons, of which there may be none.
    Failed(ErrorStack),
}

impl LentSsl {
    /// Gives the connection its place for a wire.
    ///
    /// # Errors
    ///
    /// When OpenSSL has no memory for it.
    pub fn new(ssl: Ssl) -> Result<Self, ErrorStack> {
        // SAFETY: the method is complete and is never freed.
        let bio = unsafe { ffi::BIO_new(method()?.0.as_ptr()) };
        if bio.is_null() {
            return Err(ErrorStack::get());
        }
        // SAFETY: the BIO is live and ours alone.
        unsafe { ffi::BIO_set_init(bio, 1) };
        // SAFETY: both are live. The connection takes over the one reference there is, for both directions.
        unsafe { ffi::SSL_set_bio(ssl.as_ptr(), bio, bio) };
        Ok(Self(ssl))
    }

    /// The connection, to be asked.
    pub fn ssl(&self) -> &SslRef {
        &self.0
    }

    /// Goes on with the handshake (`SSL_do_handshake`).
    ///
    /// # Errors
    ///
    /// Why it is not done.
    pub fn handshake(&mut self, wire: &mut dyn Wire) -> Result<(), Stop> {
        self.lend(wire, |ssl| {
            // SAFETY: the connection is live and borrowed mutably.
            unsafe { ffi::SSL_do_handshake(ssl) }
        })
    }

    /// Decrypts into `buffer` (`SSL_read_ex`); at least one byte where it succeeds.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn read(&mut self, wire: &mut dyn Wire, buffer: &mut [u8]) -> Result<usize, Stop> {
        let mut count = 0;
        self.lend(wire, |ssl| {
            // SAFETY: as above; the buffer is valid for writes of its length.
            unsafe { ffi::SSL_read_ex(ssl, buffer.as_mut_ptr().cast(), buffer.len(), &mut count) }
        })?;
        Ok(count)
    }

    /// The same without taking the bytes away (`SSL_peek_ex`).
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn peek(&mut self, wire: &mut dyn Wire, buffer: &mut [u8]) -> Result<usize, Stop> {
        let mut count = 0;
        self.lend(wire, |ssl| {
            // SAFETY: as in `read`.
            unsafe { ffi::SSL_peek_ex(ssl, buffer.as_mut_ptr().cast(), buffer.len(), &mut count) }
        })?;
        Ok(count)
    }

    /// Encrypts `bytes` (`SSL_write_ex`), and tells how many of them.
    ///
    /// # Errors
    ///
    /// Why none.
    pub fn write(&mut self, wire: &mut dyn Wire, bytes: &[u8]) -> Result<usize, Stop> {
        let mut count = 0;
        self.lend(wire, |ssl| {
            // SAFETY: as above; the bytes are valid for reads of their length.
            unsafe { ffi::SSL_write_ex(ssl, bytes.as_ptr().cast(), bytes.len(), &mut count) }
        })?;
        Ok(count)
    }

    /// Says goodbye (`SSL_shutdown`), whether or not the peer's has come yet.
    ///
    /// # Errors
    ///
    /// Why it cannot be said.
    pub fn shutdown(&mut self, wire: &mut dyn Wire) -> Result<(), Stop> {
        self.lend(wire, |ssl| {
            // SAFETY: the connection is live and borrowed mutably.
            let done = unsafe { ffi::SSL_shutdown(ssl) };
            // 0: said, and not yet answered.
            if done == 0 { 1 } else { done }
        })
    }

    /// Counts both goodbyes as said (`SSL_set_shutdown`): what OpenSSL frees without them takes its session along,
    /// which it marks as not resumable.
    pub fn count_as_closed(&mut self) {
        // SAFETY: the connection is live and borrowed mutably; the call sets two flags.
        unsafe {
            ffi::SSL_set_shutdown(self.0.as_ptr(), ffi::SSL_SENT_SHUTDOWN | ffi::SSL_RECEIVED_SHUTDOWN);
        };
    }

    /// Lends the wire for one call, which returns 1 where it has done its work.
    fn lend(&mut self, wire: &mut dyn Wire, call: impl FnOnce(*mut ffi::SSL) -> c_int) -> Result<(), Stop> {
        let ssl = self.0.as_ptr();
        let mut wire = wire;
        // SAFETY: the connection is live, and has had a BIO since it was made.
        let bio = unsafe { ffi::SSL_get_rbio(ssl) };
        // SAFETY: the BIO is ours. What it is given points to a local that outlives the call, and is taken away again.
        unsafe { ffi::BIO_set_data(bio, ptr::from_mut::<&mut dyn Wire>(&mut wire).cast()) };
        clear_errors();
        let done = call(ssl);
        // SAFETY: the BIO is live; nothing in the calls above replaces it.
        unsafe { ffi::BIO_set_data(bio, ptr::null_mut()) };
        if done == 1 {
            return Ok(());
        }
        // SAFETY: the connection is live, and nothing has touched it or the queue of errors since the call.
        match unsafe { ffi::SSL_get_error(ssl, done) } {
            ffi::SSL_ERROR_WANT_READ => Err(Stop::WantRead),
            ffi::SSL_ERROR_ZERO_RETURN => Err(Stop::Closed),
            _ => Err(Stop::Failed(ErrorStack::get())),
        }
    }
}

struct Method(NonNull<ffi::BIO_METHOD>);

// SAFETY: once it is made, a method is only read.
unsafe impl Send for Method {}
// SAFETY: as above.
unsafe impl Sync for Method {}

/// The one method of all these connections.
fn method() -> Result<&'static Method, ErrorStack> {
    static METHOD: OnceLock<Method> = OnceLock::new();
    if let Some(method) = METHOD.get() {
        return Ok(method);
    }
    // SAFETY: the name is a NUL-terminated string, which OpenSSL copies.
    let method = NonNull::new(unsafe { ffi::BIO_meth_new(ffi::BIO_TYPE_NONE, c"tredici".as_ptr()) });
    let method = method.ok_or_else(ErrorStack::get)?;
    // SAFETY: the method is live and ours alone; so it is in the calls that follow.
    unsafe { BIO_meth_set_read_ex(method.as_ptr(), Some(read)) };
    // SAFETY: as above.
    unsafe { BIO_meth_set_write_ex(method.as_ptr(), Some(write)) };
    // SAFETY: as above.
    unsafe { BIO_meth_set_ctrl(method.as_ptr(), Some(control)) };
    Ok(METHOD.get_or_init(|| Method(method)))
}

/// The wire that was lent to a BIO; none between calls.
///
/// # Safety
///
/// The BIO has to be one of ours, and the result may not outlive OpenSSL's present call to us.
unsafe fn wire<'a>(bio: *mut ffi::BIO) -> Option<&'a mut dyn Wire> {
    // SAFETY: the caller has a live BIO.
    let data = unsafe { ffi::BIO_get_data(bio) };
    // SAFETY: of a BIO of ours they are null or were set by `lend`, whose call is not over yet, and which has no use for
    // the wire of its own until then.
    let wire = unsafe { data.cast::<&mut dyn Wire>().as_mut() };
    wire.map(|wire| &mut **wire)
}

unsafe extern "C" fn read(bio: *mut ffi::BIO, buffer: *mut c_char, room: usize, count: *mut usize) -> c_int {
    // SAFETY: OpenSSL calls back with the BIO that `new` made, from within a call that `lend` makes.
    let wire = unsafe { wire(bio) };
    let mut taken = 0;
    if let Some(wire) = wire {
        let incoming = wire.incoming();
        taken = incoming.len().min(room);
        // SAFETY: there are so many bytes, and OpenSSL gives room for them in a buffer of its own.
        unsafe { ptr::copy_nonoverlapping(incoming.as_ptr(), buffer.cast(), taken) };
        wire.taken(taken);
    }
    // SAFETY: the BIO is live.
    unsafe { ffi::BIO_clear_retry_flags(bio) };
    if taken == 0 {
        // SAFETY: as above.
        unsafe { ffi::BIO_set_retry_read(bio) };
    }
    // SAFETY: OpenSSL gives a place for the count.
    unsafe { *count = taken };
    c_int::from(taken > 0)
}

unsafe extern "C" fn write(
    bio: *mut ffi::BIO,
    bytes: *const c_char,
    length: usize,
    count: *mut usize,
) -> c_int {
    // SAFETY: as in `read`.
    let wire = unsafe { wire(bio) };
    // SAFETY: OpenSSL gives so many bytes that it has written.
    let bytes = unsafe { slice::from_raw_parts(bytes.cast::<u8>(), length) };
    let Some(wire) = wire else { return 0 };
    wire.put(bytes);
    // SAFETY: OpenSSL gives a place for the count.
    unsafe { *count = length };
    1
}

unsafe extern "C" fn control(
    _bio: *mut ffi::BIO,
    command: c_int,
    _number: c_long,
    _data: *mut c_void,
) -> c_long {
    // What is put on the wire needs no flushing; of the rest there is nothing that a memory could do.
    c_long::from(command == ffi::BIO_CTRL_FLUSH)
}
