# JupyterLab with the library built and the Java kernel installed; Binder can start it too.
#   docker build -t tina . && docker run --rm -p 8888:8888 tina
FROM debian:12.11-slim

RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      ca-certificates fontconfig fonts-dejavu-core maven openjdk-17-jdk-headless python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*

ARG NB_USER=jovyan
ARG NB_UID=1000
ENV USER=$NB_USER NB_UID=$NB_UID HOME=/home/$NB_USER
RUN adduser --disabled-password --gecos "" --uid $NB_UID $NB_USER
COPY . $HOME/tina
RUN chown -R $NB_UID $HOME

USER $NB_USER
WORKDIR $HOME/tina
RUN environment/tina setup
# Binder calls "jupyter lab" itself
ENV PATH=$HOME/tina/.venv/bin:$PATH

EXPOSE 8888
CMD ["environment/tina", "lab", "--ip=0.0.0.0", "--no-browser"]
