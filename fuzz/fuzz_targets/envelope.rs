//! Any bytes as a message of the register: envelope, its security, every payload.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_exchange::message::{
    Acknowledgement, DeliverDocumentFileRequest, DemandContentRequest, GetDocumentFileRequest,
    GetDocumentFileResponse, GetRegistryItemRequest, GetRegistryItemResponse, Payload as _,
    RegisterDocumentRequest, RegisterDocumentResult, SearchRegistryItemRequest, SearchRegistryItemResponse,
    SendDocumentFileRequest, SendNoticeRequest,
};
use semd_exchange::security::Security;
use semd_exchange::soap::{self, Received, SoapFault};
use time::OffsetDateTime;

fuzz_target!(|bytes: &[u8]| {
    let Ok(received) = Received::read(bytes, &soap::limits()) else { return };
    let _ = Security::default().check(&received, OffsetDateTime::UNIX_EPOCH);
    let payload = received.payload();
    let _ = SoapFault::read(payload);
    let _ = Acknowledgement::read(payload);
    let _ = RegisterDocumentRequest::read(payload);
    let _ = RegisterDocumentResult::read(payload);
    let _ = GetDocumentFileRequest::read(payload);
    let _ = GetDocumentFileResponse::read(payload);
    let _ = SendDocumentFileRequest::read(payload);
    let _ = SearchRegistryItemRequest::read(payload);
    let _ = SearchRegistryItemResponse::read(payload);
    let _ = GetRegistryItemRequest::read(payload);
    let _ = GetRegistryItemResponse::read(payload);
    let _ = DemandContentRequest::read(payload);
    let _ = DeliverDocumentFileRequest::read(payload);
    let _ = SendNoticeRequest::read(payload);
});
