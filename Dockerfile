# JupyterLab with the library built and the Java kernel installed, after the conventions of jupyter/docker-stacks:
# an unprivileged user ($NB_USER, $NB_UID, $NB_GID), port 8888, no internet needed once it is built. Binder can start it too.
#   docker build -t tina . && docker run --rm -p 8888:8888 tina
FROM debian:12.11-slim

COPY environment/image.sh /tmp/environment/image.sh
RUN /tmp/environment/image.sh packages

ARG NB_USER=jovyan
ARG NB_UID=1000
ARG NB_GID=100
ENV USER=$NB_USER NB_USER=$NB_USER NB_UID=$NB_UID NB_GID=$NB_GID HOME=/home/$NB_USER LANG=C.UTF-8
RUN useradd --no-log-init --create-home --shell /bin/bash --uid $NB_UID --gid $NB_GID $NB_USER
COPY --chown=$NB_UID:$NB_GID . $HOME/tina

USER $NB_UID
WORKDIR $HOME/tina
RUN environment/image.sh setup
# Binder calls "jupyter lab" itself
ENV PATH=$HOME/tina/.venv/bin:$PATH

EXPOSE 8888
ENTRYPOINT ["tini", "-g", "--"]
CMD ["environment/tina", "lab", "--ip=0.0.0.0", "--no-browser"]
