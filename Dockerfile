# Two images: 'davenport' (the last stage, what is built if nothing else is said), and 'sandbox', the Airtable to play with and the
# demo's inventory, for the compose file's profile "try".
#
# The compiler, its headers and the tests stay in the first stages. Of what the program needs at run time the picture library is by far the
# largest part: docs/deploy.md has the figures.
ARG DEBIAN=docker.io/library/debian:bookworm-slim

FROM ${DEBIAN} AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
		gcc libc6-dev make pkg-config libcurl4-openssl-dev libjson-c-dev libmicrohttpd-dev libsodium-dev \
		libseccomp-dev libvips-dev \
	&& rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Makefile ./
COPY tools/install tools/install
COPY base base
COPY inventory inventory
COPY couch couch
COPY airtable airtable
COPY web web
COPY public-images public-images
COPY photos photos
COPY bridge bridge
COPY sandbox sandbox
COPY demo demo
COPY deploy/davenport.service deploy/davenport.service
# The same sources give the same files, with the same times.
ARG SOURCE_DATE_EPOCH=0
RUN make all && make -s install DESTDIR=/out PREFIX=/usr SYSTEMD= \
	&& find /out -exec touch -h -d "@${SOURCE_DATE_EPOCH}" {} +

FROM build AS inventory
RUN apt-get update && apt-get install -y --no-install-recommends nodejs fonts-noto-core && rm -rf /var/lib/apt/lists/*
RUN make demo-built && mkdir -p /out-sandbox/usr/bin /out-sandbox/usr/share/davenport \
	&& install -s build/plain/airtable-sandbox /out-sandbox/usr/bin/ \
	&& node demo/inventory.mjs >/out-sandbox/usr/share/davenport/inventory.json

FROM ${DEBIAN} AS sandbox
RUN apt-get update && apt-get install -y --no-install-recommends \
		ca-certificates curl libcurl4 libjson-c5 libmicrohttpd12 libsodium23 \
	&& rm -rf /var/lib/apt/lists/*
COPY --from=inventory /out-sandbox /
RUN install -d -o 8792 -g 8792 -m 0750 /data
USER 8792:8792
VOLUME /data
EXPOSE 8792
ENTRYPOINT ["airtable-sandbox"]

FROM ${DEBIAN} AS davenport
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Davenport" \
	org.opencontainers.image.description="Keeps a CouchDB database and an Airtable base in sync" \
	org.opencontainers.image.licenses="MIT" \
	org.opencontainers.image.version="${VERSION}"
RUN apt-get update && apt-get install -y --no-install-recommends \
		ca-certificates libcurl4 libjson-c5 libmicrohttpd12 libsodium23 libseccomp2 libvips42 \
	&& rm -rf /var/lib/apt/lists/* \
	&& groupadd --gid 8790 davenport \
	&& useradd --uid 8790 --gid 8790 --no-create-home --home-dir /var/lib/davenport --shell /usr/sbin/nologin davenport \
	&& install -d -o davenport -g davenport -m 0750 /var/lib/davenport
COPY --from=build /out /
USER 8790:8790
VOLUME /var/lib/davenport
# Pictures for Airtable, and the admin page.
EXPOSE 8790 8791
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 CMD ["davenport", "health"]
ENTRYPOINT ["davenport"]
CMD ["run"]
