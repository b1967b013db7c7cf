//! A photograph on its way to the site, as a multipart form.

const BOUNDARY: &str = "a-boundary-that-no-photograph-contains";

/// A multipart form with one file.
#[derive(Clone)]
pub struct Upload {
    fields: Vec<(String, String)>,
    file_name: String,
    content: Vec<u8>,
}

impl Upload {
    pub fn new(file_name: &str, content: impl Into<Vec<u8>>) -> Self {
        Self {
            fields: Vec::new(),
            file_name: file_name.to_owned(),
            content: content.into(),
        }
    }

    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={BOUNDARY}")
    }

    pub fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, value) in &self.fields {
            body.extend_from_slice(
                format!(
                    "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n\
                     {value}\r\n"
                )
                .as_bytes(),
            );
        }
        body.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; \
                 filename=\"{}\"\r\nContent-Type: application/octet-stream\r\n\r\n",
                self.file_name
            )
            .as_bytes(),
        );
        body.extend_from_slice(&self.content);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        body
    }

    /// The whole request, for a test that writes to the socket itself. The
    /// connection ends after the answer.
    pub fn request(&self, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
        let body = self.body();
        let mut head = format!(
            "POST {path} HTTP/1.1\r\nHost: hob\r\nConnection: close\r\nContent-Type: {}\r\n\
             Content-Length: {}\r\n",
            self.content_type(),
            body.len()
        );
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        [head.into_bytes(), body].concat()
    }
}
