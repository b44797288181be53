/* The page: one HTML text without anything outside of it. It is page.html as it was when this was built. */
#pragma once

const char *sandbox_page_html(void);
